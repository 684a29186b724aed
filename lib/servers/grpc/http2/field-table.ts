/** The tables of HPACK (RFC 7541 §2.3, appendix A): 61 fields that everybody knows, then those a peer has put in. */

const STATIC_TEXT = `:authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200|:status 204
|:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset|accept-encoding gzip, deflate|accept-language
|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition
|content-encoding|content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect
|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location
|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie
|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate`

const staticFields = STATIC_TEXT.split(/\n?\|/).map((line) => {
  const space = line.indexOf(' ')
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
})

/** By index; the first is 1. */
const STATIC_NAMES: readonly string[] = ['', ...staticFields.map(([name]) => name!)]
const STATIC_VALUES: readonly string[] = ['', ...staticFields.map(([, value]) => value!)]

export const STATIC_COUNT = STATIC_NAMES.length - 1

/** What an entry counts beside its characters (§4.1). */
export const ENTRY_OVERHEAD = 32

/** What we let a peer fill, the default of the standard. */
export const TABLE_BYTES = 4096

/** No more entries fit into TABLE_BYTES: a power of two, so that slots are found by a mask. */
const MASK = TABLE_BYTES / ENTRY_OVERHEAD - 1

export function staticName(index: number): string {
  return STATIC_NAMES[index]!
}

/** The fields that one peer has put in, the newest first. */
export class FieldTable {
  count = 0
  /** Counts the changes: while it stands, the same bytes mean the same. */
  version = 0
  private readonly names: string[] = []
  private readonly values: string[] = []
  private newest = MASK
  private used = 0
  private most = TABLE_BYTES

  has(index: number): boolean {
    return index > 0 && index <= STATIC_COUNT + this.count
  }

  name(index: number): string {
    return index <= STATIC_COUNT ? STATIC_NAMES[index]! : this.names[this.slot(index)]!
  }

  value(index: number): string {
    return index <= STATIC_COUNT ? STATIC_VALUES[index]! : this.values[this.slot(index)]!
  }

  /** A field larger than the table empties it, which is no error (§4.4). */
  add(name: string, value: string): void {
    const size = name.length + value.length + ENTRY_OVERHEAD
    this.version++
    this.evict(this.most - size)
    if (size > this.most) return
    this.newest = (this.newest + 1) & MASK
    this.names[this.newest] = name
    this.values[this.newest] = value
    this.used += size
    this.count++
  }

  /** At most TABLE_BYTES. */
  resize(bytes: number): void {
    this.version++
    this.most = bytes
    this.evict(bytes)
  }

  private evict(room: number): void {
    while (this.count > 0 && this.used > room) {
      const oldest = (this.newest - this.count + 1) & MASK
      this.used -= this.names[oldest]!.length + this.values[oldest]!.length + ENTRY_OVERHEAD
      this.count--
    }
  }

  private slot(index: number): number {
    return (this.newest - (index - STATIC_COUNT - 1)) & MASK
  }
}
