import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Tool } from './manifest.ts'

/** Words of an id that say "it runs what it is given", alone or as a verb with its object. */
const PROGRAMS = new Set([
  'bash',
  'cmd',
  'eval',
  'exec',
  'interpreter',
  'javascript',
  'jupyter',
  'powershell',
  'psql',
  'python',
  'repl',
  'sh',
  'shell',
  'sql',
  'subprocess',
  'terminal',
])
const VERBS = new Set(['run', 'execute', 'evaluate', 'invoke', 'exec'])
const OBJECTS = new Set(['code', 'command', 'commands', 'query', 'script', 'scripts', 'program', 'snippet', 'cell'])
const ARGUMENTS = new Set(['code', 'sql', 'command', 'cmd', 'script', 'shell', 'argv', 'python', 'bash'])
const PHRASE =
  /\b(?:runs?|execut(?:es?|ing)|evaluates?)\s{1,9}(?:\w{1,20}\s{1,9}){0,3}(?:code|sql|commands?|scripts?|shell|python|bash|javascript)\b/i
const DESCRIPTION_CHARS_MAX = 2_000

/**
 * Does a tool look as if it ran code, SQL or commands, by its id, its description or (where it is at hand) the names of its
 * arguments? A detector for advice: a tool by another name passes, and a harmless one may be named.
 */
export function looksExecuting(tool: Pick<Tool, 'id' | 'description'>, schema?: JsonObject): boolean {
  const words = tool.id
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  if (words.some((word) => PROGRAMS.has(word))) return true
  if (words.some((word) => VERBS.has(word)) && words.some((word) => OBJECTS.has(word))) return true
  if (tool.description !== undefined && PHRASE.test(tool.description.slice(0, DESCRIPTION_CHARS_MAX))) return true
  const properties = schema?.['properties']
  return isJsonObject(properties) && Object.keys(properties).some((name) => ARGUMENTS.has(name.toLowerCase()))
}
