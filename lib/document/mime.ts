/** The mime type that a uri's suffix tells, for the kinds of files that documents carry; '' for any other. */

const TYPES: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avi: 'video/x-msvideo',
  bmp: 'image/bmp',
  csv: 'text/csv',
  css: 'text/css',
  gif: 'image/gif',
  glb: 'model/gltf-binary',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  md: 'text/markdown',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  mpeg: 'video/mpeg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  wav: 'audio/x-wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xml: 'text/xml',
  zip: 'application/zip',
}

/** A `data:` uri tells its type itself; of a url, query and fragment do not count. */
export function guessMimeType(uri: string): string {
  const data = /^data:([\w.+-]+\/[\w.+-]+)?[;,]/.exec(uri)
  if (data) return data[1] ?? 'text/plain'
  const suffix = /\.([A-Za-z0-9]+)(?:[?#].*)?$/.exec(uri)?.[1]?.toLowerCase()
  return suffix !== undefined && Object.hasOwn(TYPES, suffix) ? TYPES[suffix]! : ''
}
