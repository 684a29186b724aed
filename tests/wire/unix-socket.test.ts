import { expect, test } from 'bun:test'
import { badUnixPath, LONGEST_PATH, unixPath } from '../../lib/wire/unix-socket.ts'

test.each([
  ['unix:/run/a.sock', '/run/a.sock'],
  ['unix:a.sock', 'a.sock'],
  ['unix:///run/a.sock', '/run/a.sock'],
  ['UNIX:/run/a', '/run/a'],
  // Two slashes mean an absolute path, and only that.
  ['unix://a', '//a'],
  ['unix:', ''],
  ['localhost', null],
  ['::1', null],
  ['my-unix:5', null],
])('the path of %s is %p', (host, path) => expect(unixPath(host)).toBe(path))

test('paths that cannot be', () => {
  expect(badUnixPath('/run/a')).toBeNull()
  expect(badUnixPath('a'.repeat(LONGEST_PATH))).toBeNull()
  expect(badUnixPath('ä'.repeat(LONGEST_PATH / 2 + 1))).toContain(`and the system takes ${LONGEST_PATH}`)
  expect(badUnixPath('')).toBe('it names no file')
  expect(badUnixPath('a\0b')).toBe('it names no file')
})
