/**
 * What users of such servers have reported in public, elsewhere, and which tests see that it does not happen here. A test that
 * does says so in a line above it, `// Public case 27.`; `bun tests/public-cases.ts` prints who covers what.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** By number: what it is about, and the reports. `jina` is jina-ai/serve, the others go by the names of their repositories. */
export const PUBLIC_CASES: Readonly<Record<number, readonly [about: string, reports: string]>> = {
  1: ['Watcher must not hold up serving', 'jina PR #5461'],
  3: ['Flow-level --reload covers all three kinds of file', 'jina #5912'],
  4: ['Which flag watches what', 'jina PR #5514, PR #5488, #5537'],
  5: ['Reload re-runs heavy set-up that did not change', 'jina #5400, PR #5461'],
  6: ['Bad save must not kill the server', 'uvicorn #1295, #425, PR #1313; moleculer PR #1080'],
  8: ['Starting on a broken file', 'deno #7848'],
  9: ['Edits in imported helper files', 'moleculer #245, #408; deno #14685, #25742; bun #14435, #12371'],
  11: [
    'Reload loop fed by our own output',
    'wasp #4528; getsentry/self-hosted #4378; mkdocs-git-committers #65; datasette PR #848',
  ],
  12: ['One save, one reload; a burst, one reload', 'uvicorn #656, #1832'],
  13: ['Truncate-then-write editors', 'babel PR #3698; tailwindcss PR #5758'],
  14: [
    'Rename-based saves, five in a row',
    'chokidar #175, #237, PR #791; docusaurus #5252; bun #36328; fsnotify #134',
  ],
  17: ['New folder, new file', 'bun #15939, #3657, #23992'],
  18: ['Bind mounts without events', 'moleculer #820; bun #15939'],
  19: ['Watch limits', 'nodemon #1152; chokidar #294, #887; spool #83'],
  20: [
    'Kubernetes-style ..data swap',
    'viper #284; mediamtx PR #181; cfg4k #65; configmap-reload #190; release-controller PR #802',
  ],
  23: ['YAML edit to a different class', 'jina PR #5488'],
  26: ['Add and remove executors by editing the flow file', 'moleculer #327'],
  27: ['Orphans after restart or crash', 'bun #7440, #13539; deno #16267, #18960; portless PR #255'],
  28: ['Fixed half-second grace', 'jina PR #4682 (#4626)'],
  30: ['Shutdown stuck on an open stream', 'grpc-node #1458, #2091; puppet-service #176'],
  32: ['One part fails to start → all stop fast', 'jina #4563'],
  33: ['YAML that is no executor', 'jina #4654'],
  34: ['Typos in keys', 'kedge #109; jina #4654'],
  35: ['Inline executor under uses', 'jina #3848, #246, #4727'],
  38: ['Gateway settings in YAML beaten by defaults', 'jina #5681'],
  39: ['Duplicate names', 'volcano PR #5876 (#5868); cloud-slang #3; jina #3620'],
  41: ['Duplicate keys in a mapping', 'cloud-slang #3'],
  42: ['Norway and friends', 'nft-blackhole PR #4; nacos #12969; psych #583'],
  45: ['Port spellings', 'compose #3109, #3290, #103'],
  46: ['Env value that looks like a template', 'jina #4059'],
  47: ['Number from the environment', 'jina #5073'],
  50: ['Unset variable', 'jcloud #141; jina #4059'],
  51: ['Cycle or unknown `needs`', 'gitte PR #239; kibana PR #255679'],
  52: ['Fork straight from the gateway over WebSocket', 'jina #1638'],
  53: ['Floating executor placed first', 'jina #5492'],
  55: ['Do not call executors that lack the endpoint', 'jina #4576, #4745, #4778'],
  56: ['Rebinding endpoints', 'jina PR #3754, PR #5009'],
  58: ['How branches are merged', 'jina #5331, #5330, PR #4424; #4084'],
  60: ['Extra results of an executor', 'jina #5178, PR #4351, PR #5668'],
  61: ['polling with shards and replicas', 'jina #3941, #3187'],
  62: ['One shard down', 'jina #5334, PR #5338'],
  66: ['Port taken', 'jina #2557, #4555; bun #15560, #1443, #7207'],
  67: ['Batch timer during a running batch', 'jina #6072 (#6071)'],
  68: ['Never above the preferred size; answer early', 'jina PR #6066, #6180'],
  70: ['Size counts documents, not requests', 'BentoML #3710, #3859'],
  72: ['Wrong number of results', 'BentoML #1593; MLServer #1306'],
  74: ['Integers beyond 2^53', 'ryl PR #267'],
  75: ['Whole numbers stay whole', 'jina #3343, #5618; docarray #391, PR #1656; kfp PR #10325'],
  76: ['Plain objects vanish in Struct', 'grpc-node #2500, #1263, #318; ts-proto #1106; protobuf.js #1489'],
  79: ['Text of all kinds', 'grpc-node #519; grpc #16102, #25888; protobuf-ts #110'],
  80: ['Order of results', 'jina PR #5404, #5399'],
  81: ['Empty requests', 'jina PR #2421, PR #2638; windmill #3703'],
  83: ['Pre-fetch of 1 and 0', 'jina PR #3537'],
  84: ['Messages over 4 MB', 'grpc-node #1093, #1096; grpc #8098'],
  85: ['Strict HTTP/2 peers', 'bun #21759, #14249'],
  86: ['Start error shows the user’s cause', 'jina PR #4652, #5248'],
  88: ['Time-outs are explained', 'jina PR #4899, PR #6199'],
  89: ['Executor exception seen by the caller', 'jina #4945, PR #5248'],
  90: ['Ready means ready', 'jina #5198, PR #4824, PR #4779; #4730'],
  91: ['Slow models', 'jina #395, #5643, #5681'],
  92: ['Health while busy', 'jina PR #5433; ray #24554; sglang #30770'],
  93: ['Never-ending “waiting”', 'jina #5966, #5959; grpc-node #1453; grpc #9989'],
  96: ['More protocols than ports', 'jina #5799, PR #5378, PR #5435'],
  98: ['HTTP handlers over ten seconds', 'bun #13392, #13712, #15589'],
  100: ['Quiet event streams', 'bun #27479, #13515; jina PR #5899'],
  101: ['A leaving client stops the work', 'triton #3581, #4818, #6920, PR #8982; torchserve #2357'],
  104: ['Addresses of external executors', 'jina #4838, PR #4849, #4859'],
  106: ['External part absent at start', 'jina #4657, #5613'],
  107: ['Names fit for DNS', 'jcloud #60; kubernetes #88454; tye #449; portainer #5363; mlt #167'],
  108: ['Gateway settings in the export', 'jina #5984'],
  110: ['Environment values are strings', 'polyaxon #1207; couler #108; metaflow PR #1277; analytical-platform #6929'],
  111: [
    'Quoting that survives old readers',
    'kompose #1253; compose #8097, #4883; compose-cli #1862; libxkbcommon #268',
  ],
  114: ['gRPC replicas need per-call balancing', 'jina #4438, PR #4433; linkerd2 #3089'],
  115: ['Probes', 'jina #5198, PR #5200, #5681'],
  117: ['Executors without an image', 'jina PR #3357, PR #4089'],
  118: ['GPUs in compose', 'jina #4696; docker/docs PR #13461; open-webui docs PR #952'],
  121: ['Compose port strings', 'compose #3109, #103; fosslight PR #139'],
  122: ['Executor file that did not exist at build time', 'deno #18327; bun #6893, #5005, #11732, #8988'],
  123: ['User’s own npm packages from the binary', 'bun #19908, #27464, #14676'],
  124: [
    'The folder’s .env and bunfig.toml',
    'bun #25469, PR #24790; sentry-cli PR #808; oh-my-pi PR #761; gitlab-ci-local PR #1799',
  ],
  125: ['Decorators under the user’s tsconfig', 'bun #4122, #16511, PR #22121; peerbit #292'],
  126: ['Memory after many reloads', 'node #49442; yext/pages PR #325; tc39 dynamic-import #81'],
  128: ['Version and platform honesty', 'bun #28042, #29365, #20875, #12544'],
}

export interface Coverage {
  readonly number: number
  /** From the root of the project. */
  readonly file: string
  readonly title: string
}

const MARK = /^ *\/\/ Public cases? (\d+(?:, \d+)*)\.$/gm
/** Of `test('…'`, `describe('…'`, and behind what makes many of one: `test.each([…])('…'`. */
const TITLE = /^\s*(?:test|describe)(?:\(|[\s\S]*?\)\(\n?)\s*(['"`])([\s\S]*?)\1,/

/** Every mark in the tests, with the title of the test below it; a mark above no test throws. */
export function readCoverage(root = path.join(import.meta.dir, '..')): Coverage[] {
  const files = [...new Bun.Glob('tests/**/*.test.ts').scanSync({ cwd: root })].sort()
  return files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    return [...text.matchAll(MARK)].flatMap(({ 0: mark, 1: numbers = '', index }) => {
      const title = TITLE.exec(text.slice(index + mark.length))?.[2]
      if (title === undefined) throw new Error(`${file}: no test stands below "${mark.trim()}"`)
      return numbers.split(', ').map((number) => ({ number: Number(number), file, title }))
    })
  })
}

if (import.meta.main) {
  const coverage = readCoverage()
  const rows = Object.entries(PUBLIC_CASES).map(([number, [about, reports]]) => {
    const by = coverage.filter((one) => one.number === Number(number)).map(({ file, title }) => `${file}: ${title}`)
    return `| ${number} | ${about} (${reports}) | ${by.join('<br>')} |`
  })
  await Bun.write(Bun.stdout, `| case | about | tests |\n| --- | --- | --- |\n${rows.join('\n')}\n`)
}
