import { parseJson, type Json } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { normalizerOf } from './normalizer.ts'
import { preTokenizerOf } from './pre-tokenizer.ts'
import { tokenModelOf } from './token-models.ts'
import { idOf, listOf, objectOf, textOf, UnsupportedTokenizer } from './tokenizer-config.ts'

export interface Tokenizer {
  /**
   * Ids of the text alone. SECURITY: a special token that the text spells out is text. The library reads it as the token,
   * and whoever writes the text could end the sequence with `[SEP]`.
   */
  encode(text: string): readonly number[]
  /** Ids that stand around every sequence, such as `[CLS]` and `[SEP]`. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const FILE_CHARS_MAX = 64 * 1_048_576

/**
 * Reads a `tokenizer.json` of the `tokenizers` library: WordPiece, Unigram and BPE with the usual normalizers and
 * pre-tokenizers. What it does not know is refused by name, since a text that is cut otherwise than in training is judged
 * wrongly without a sign. Truncation and padding of the file are ignored.
 */
export function readTokenizer(file: string): Result<Tokenizer, Problem> {
  const refused = (what: string): Result<Tokenizer, Problem> =>
    fail({
      code: 'detector/tokenizer',
      message: `the tokenizer file cannot be used: ${what}`,
      next: 'use the `tokenizer.json` beside the model, or pass a tokenizer of your own',
    })
  const json = parseJson(file, FILE_CHARS_MAX)
  if (!json.ok) return refused('it is no JSON')
  try {
    return ok(tokenizerOf(json.value))
  } catch (error) {
    if (error instanceof UnsupportedTokenizer) return refused(error.message)
    throw error
  }
}

function tokenizerOf(file: Json): Tokenizer {
  const object = objectOf(file, 'the file')
  const normalize = normalizerOf(object['normalizer'])
  const preTokenize = preTokenizerOf(object['pre_tokenizer'])
  const idsOf = tokenModelOf(objectOf(object['model'], '`model`'), specialsOf(object['added_tokens']))
  return {
    encode(text) {
      const ids: number[] = []
      for (const piece of preTokenize([normalize(text)])) for (const id of idsOf(piece)) ids.push(id)
      return ids
    },
    ...surroundings(object['post_processor']),
  }
}

/** Texts of the special tokens, which stand in the vocabulary like any other. */
function specialsOf(added: Json | undefined): ReadonlySet<string> {
  const tokens = listOf(added ?? [], '`added_tokens`').map((token) => objectOf(token, '`added_tokens`'))
  const specials = tokens.filter(({ special }) => special === true)
  return new Set(specials.map(({ content }) => textOf(content, '`added_tokens`')))
}

type Surroundings = Pick<Tokenizer, 'before' | 'after'>

const NONE: Surroundings = { before: [], after: [] }

function surroundings(config: Json | undefined): Surroundings {
  if (config === null || config === undefined) return NONE
  const object = objectOf(config, '`post_processor`')
  switch (object['type']) {
    case 'ByteLevel':
      return NONE
    case 'BertProcessing':
    case 'RobertaProcessing':
      return {
        before: [idOf(listOf(object['cls'], '`cls`')[1], '`cls`')],
        after: [idOf(listOf(object['sep'], '`sep`')[1], '`sep`')],
      }
    case 'TemplateProcessing':
      return template(listOf(object['single'], '`single`'), object['special_tokens'])
    case 'Sequence': {
      const found = listOf(object['processors'], '`processors`').flatMap((step) => {
        // A sequence in a sequence does not occur; that it is refused keeps this from recursing on hostile files.
        if (objectOf(step, '`processors`')['type'] === 'Sequence') throw new UnsupportedTokenizer('processors nest')
        return [surroundings(step)]
      })
      return found.find(({ before, after }) => before.length + after.length > 0) ?? NONE
    }
    default:
      throw new UnsupportedTokenizer(`post-processor \`${String(object['type'])}\` is not supported`)
  }
}

function template(single: readonly Json[], specials: Json | undefined): Surroundings {
  const before: number[] = []
  const after: number[] = []
  let isPast = false
  for (const item of single) {
    const step = objectOf(item, '`single`')
    if (step['Sequence'] !== undefined) {
      isPast = true
      continue
    }
    const token = textOf(objectOf(step['SpecialToken'], '`single`')['id'], '`single`')
    const { ids } = objectOf(objectOf(specials, '`special_tokens`')[token], '`special_tokens`')
    for (const id of listOf(ids, '`special_tokens`')) (isPast ? after : before).push(idOf(id, '`special_tokens`'))
  }
  return { before, after }
}
