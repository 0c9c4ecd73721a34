import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { schemaProblems } from '../yaml/schema-problems.ts'
import { targetSchema, type TargetConfig } from './target-schema.ts'

/** A target in one word, for the command line: everything else is a file. */
export function parseTargetWord(word: string): TargetConfig | undefined {
  const [kind = '', ...rest] = word.split(':')
  const value = rest.join(':')
  if (word === 'echo') return { type: 'echo' }
  if (kind === 'openai' && value !== '') return { type: 'openai', model: value }
  if (kind === 'anthropic' && value !== '') return { type: 'anthropic', model: value }
  if (kind === 'command' && value !== '') {
    const [command = '', ...args] = value.split(' ').filter((part) => part !== '')
    return { type: 'command', command, args }
  }
  if (kind === 'cassette' && value !== '') return { type: 'cassette', path: value }
  if (/^https?:\/\//.test(word)) return { type: 'http', url: word, reply: '$.reply' }
  if (/\.[cm]?[jt]s$/.test(word)) return { type: 'function', module: word }
  return undefined
}

/** A target file: YAML or JSON. */
export function parseTarget(file: string, text: string): Result<TargetConfig, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const parsed = targetSchema.safeParse(yaml.value.value)
  return parsed.success ? ok(parsed.data) : fail(schemaProblems('target', yaml.value, parsed.error))
}
