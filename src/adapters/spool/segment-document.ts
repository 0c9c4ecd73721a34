import { parsedJson } from '../../base/json.ts'
/** What stands before the lines of a segment. */
export interface SegmentHead {
  readonly segmentId: string
  readonly gateway: string
  readonly digest: string
}

const LINE_END = 0x0a
const COMMA = 0x2c
const ARRAY_END = 0x5d
const OBJECT_END = 0x7d

/**
 * A segment as the JSON document that the control plane takes; undefined where it has no line. `isAsWritten`: these are the
 * very bytes that this process wrote, each line of them JSON. Then they go on as they are: thousands of records that live for
 * the length of a request to the control plane, only to be written again, were most of what the collector had to do.
 */
export function segmentDocument(head: SegmentHead, bytes: Buffer, isAsWritten: boolean): Buffer | undefined {
  const opening = `${JSON.stringify(head).slice(0, -1)},"lines":[`
  if (isAsWritten) return bytes.length === 0 ? undefined : withCommas(Buffer.from(opening), bytes)
  const lines = wholeLinesOf(bytes.toString('utf8'))
  return lines.length === 0 ? undefined : Buffer.from(`${opening}${lines.join(',')}]}`)
}

/** JSON holds no line end of its own, so each one ends a line. */
function withCommas(opening: Buffer, bytes: Buffer): Buffer {
  const document = Buffer.alloc(opening.length + bytes.length + 1)
  document.set(opening)
  document.set(bytes, opening.length)
  for (let at = document.indexOf(LINE_END, opening.length); at >= 0; at = document.indexOf(LINE_END, at + 1))
    document[at] = COMMA
  document[document.length - 2] = ARRAY_END
  document[document.length - 1] = OBJECT_END
  return document
}

/** Lines of an earlier process, or that the disk has changed: only what is no JSON at all is left out. */
function wholeLinesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && parsedJson(line) !== undefined)
}
