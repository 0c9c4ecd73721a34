import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes, digestOfJson, type Digest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { CASES_CHARS_MAX, CaseReader, parseCases, resultOf } from '../../contract/suite/parse-cases.ts'
import { inlineCases, parseSuiteHead } from '../../contract/suite/parse-suite.ts'
import type { SuiteHead } from '../../contract/suite/suite-schema.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { projectFolder } from '../files/project-folder.ts'
import { importNamed } from '../targets/module-target.ts'
import { CaseFileWriter } from './case-file.ts'
import { LineTooLong, readLines } from './line-file.ts'

export interface CompiledSuite {
  readonly head: SuiteHead
  readonly digest: Digest
  readonly count: number
  /** Some case has more than one wording or scenario. */
  readonly hasVariants: boolean
}

/**
 * Reads a suite, whatever its cases are written in, and writes them complete to `caseFile`, one a line. JSON lines are read
 * in pieces, so a suite may be larger than memory.
 */
export async function compileSuite(
  folder: string,
  suiteFile: string,
  caseFile: string,
): Promise<Result<CompiledSuite, readonly Problem[]>> {
  const text = await projectFolder(folder).readText(suiteFile)
  if (!text.ok) return fail([text.failure])
  const head = parseSuiteHead(suiteFile, text.value)
  if (!head.ok) return head
  const sink = new CaseSink(await CaseFileWriter.create(caseFile))
  try {
    const casesDigest = await readAll(folder, suiteFile, { head: head.value, text: text.value }, sink)
    if (!casesDigest.ok) return casesDigest
    return ok({
      head: head.value,
      digest: digestOfJson(nodeSha256, [digestOfBytes(nodeSha256, utf8(text.value)), casesDigest.value]),
      count: sink.count,
      hasVariants: sink.hasVariants,
    })
  } finally {
    await sink.close()
  }
}

class CaseSink {
  readonly #writer: CaseFileWriter
  count = 0
  hasVariants = false

  constructor(writer: CaseFileWriter) {
    this.#writer = writer
  }

  async add(suiteCase: SuiteCase | undefined): Promise<void> {
    if (suiteCase === undefined) return
    this.count += 1
    this.hasVariants ||= (suiteCase.variants?.length ?? 0) > 0
    await this.#writer.add(suiteCase)
  }

  close(): Promise<void> {
    return this.#writer.close()
  }
}

interface Head {
  readonly head: SuiteHead
  readonly text: string
}

// oxlint-disable-next-line max-params -- where the suite is, what it says, and where its cases go
async function readAll(
  folder: string,
  suiteFile: string,
  { head, text }: Head,
  sink: CaseSink,
): Promise<Result<Digest, readonly Problem[]>> {
  if (typeof head.cases !== 'string') {
    const cases = inlineCases(head, suiteFile, text)
    if (!cases.ok) return cases
    for (const suiteCase of cases.value) await sink.add(suiteCase)
    return ok(digestOfBytes(nodeSha256, utf8('')))
  }
  if (/\.[cm]?[jt]s$/.test(head.cases)) return generate(folder, head, head.cases, sink)
  if (/\.(?:csv|ya?ml)$/.test(head.cases)) {
    const read = await projectFolder(folder).readText(head.cases)
    if (!read.ok) return fail([read.failure])
    const cases = parseCases(head.cases, read.value, head)
    if (!cases.ok) return cases
    for (const suiteCase of cases.value) await sink.add(suiteCase)
    return ok(digestOfBytes(nodeSha256, utf8(read.value)))
  }
  return stream(folder, head, head.cases, sink)
}

/** JSON lines of any length of file. */
// oxlint-disable-next-line max-params -- where the cases are, how they are made, and where they go
async function stream(
  folder: string,
  head: SuiteHead,
  file: string,
  sink: CaseSink,
): Promise<Result<Digest, readonly Problem[]>> {
  const path = join(folder, file)
  // The project folder looks at the path: symbolic links and escapes are refused there.
  const looked = await projectFolder(folder).list(file)
  const isLarge = !looked.ok && looked.failure.code === 'files/too-large'
  if (!looked.ok && !isLarge) return fail([looked.failure])
  const reader = new CaseReader(head)
  try {
    for await (const line of readLines(path, { withTail: true })) {
      await sink.add(reader.line(line.text, file, line.number))
      if (reader.isFull) break
    }
  } catch (error) {
    if (!(error instanceof LineTooLong)) throw error
    return fail([
      { code: 'suite/too-large', message: error.message, next: 'split it', at: { file, line: error.line, column: 1 } },
    ])
  }
  const read = resultOf(reader, undefined, file)
  return read.ok ? ok(await digestOfFile(path)) : read
}

async function digestOfFile(path: string): Promise<Digest> {
  const { size } = await stat(path)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: Math.min(1_048_576, size + 1) }))
    hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}` as Digest
}

/** A module that yields cases: `export function* cases({ seed })`, asynchronous or not. */
// oxlint-disable-next-line max-params -- where the module is, how cases are made, and where they go
async function generate(
  folder: string,
  head: SuiteHead,
  file: string,
  sink: CaseSink,
): Promise<Result<Digest, readonly Problem[]>> {
  const found = await importNamed(join(folder, file), 'cases')
  if (!found.ok) return fail([{ ...found.failure, at: { file, line: 1, column: 1 } }])
  const reader = new CaseReader(head)
  const hash = createHash('sha256')
  let [number, characters] = [0, 0]
  try {
    const yielded = (await found.value({ seed: head.seed ?? 1 })) as Iterable<unknown> | AsyncIterable<unknown>
    for await (const value of yielded) {
      number += 1
      const line = JSON.stringify(value) ?? 'null'
      characters += line.length
      hash.update(`${line}\n`)
      await sink.add(reader.value(value, { file, line: number, column: 1 }))
      if (reader.isFull || characters > CASES_CHARS_MAX) break
    }
  } catch (error) {
    // The generator is the user's code: whatever it throws is theirs to read.
    return fail([
      {
        code: 'suite/generator-failed',
        message: `case ${number + 1} of \`${file}\`: ${error instanceof Error ? error.message : String(error)}`,
        next: 'run the module by itself and correct it',
        at: { file, line: 1, column: 1 },
      },
    ])
  }
  const read = resultOf(reader, undefined, file)
  return read.ok ? ok(`sha256:${hash.digest('hex')}` as Digest) : read
}
