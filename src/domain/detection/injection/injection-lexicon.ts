import { reversed, rot13 } from '../readings/turned.ts'

// Words of the injection heuristics, in canonical form (lower case, no diacritics). Own selection; general, not fitted to a suite.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''))

/** "ignore": asks to set something aside. */
export const SET_ASIDE = words(`
  ignore ignores ignoring disregard forget override overrule bypass neglect discard dismiss void erase
  ignoriere ignorieren vergiss vergessen missachte ubergehe
  ignorez oublie oubliez neglige negligez
  ignora ignorar olvida olvide ignori dimentica scorda
  ignoruj zapomnij unut yoksay gormezden ignoreer vergeet ignorera glom
`)

/** "previous", "your": whose instructions. */
export const EARLIER = words(`
  previous prior above earlier all your system preceding former initial original existing current prompted safety given every any
  vorherigen vorherige bisherigen bisherige obigen alle deine ihre fruheren
  precedentes precedente anterieures ci-dessus vos tes toutes
  anteriores anterior previas todas tus precedenti precedente tutte tue
  poprzednie wszystkie onceki tum vorige eerdere alla tidigare
`)

/** "instructions". */
export const RULES = words(`
  instructions instruction prompt prompts rules rule guidelines guideline directives directive restrictions constraints programming orders safeguards guardrails policies commands
  anweisungen anweisung regeln vorgaben instruktionen
  consignes regles directives
  instrucciones reglas directrices istruzioni regole
  instrukcje polecenia zasady talimatlari talimatlar kurallari instructies regels instruktioner regler
`)

/** "reveal": asks for text to be put out. */
export const PUT_OUT = words(`
  reveal show print repeat output display tell give write paste dump recite leak expose share quote translate summarise summarize encode
  spell list return disclose copy echo render reproduce provide state what
  zeige zeig gib nenne wiederhole drucke verrate schreibe
  montre affiche repete donne revele ecris
  muestra repite imprime revela dime mostra ripeti stampa rivela
  pokaz powtorz wypisz goster tekrarla yaz toon herhaal visa upprepa
`)

/** "hidden": marks text that is not the reader's to see. */
export const HIDDEN = words(`
  system hidden secret initial original internal confidential developer full exact complete verbatim underlying preset
  versteckten geheimen systemprompt systeme cachees sistema ocultas nascoste
`)

/** What carries a prompt. */
export const PROMPT_WORDS = words(`
  prompt prompts instructions instruction preamble directives guidelines configuration systemprompt message
  anweisungen consignes instrucciones istruzioni instrukcje
`)

export const ASSISTANT_WORDS = words(
  'assistant ai model chatbot bot llm agent gpt language-model assistenten assistent asistente ki ia',
)

/** What a planted instruction makes an assistant do. */
export const ACTIONS = words(`
  send email forward call execute run invoke transfer refund issue create post upload fetch visit delete reveal append include
  reply respond answer must should always sende senden leite envoie envoyer transfere envoyez rembourse
`)

export const PHRASES: readonly { readonly phrase: string; readonly weight: number }[] = [
  { phrase: 'do anything now', weight: 0.9 },
  { phrase: 'developer mode', weight: 0.6 },
  { phrase: 'debug mode', weight: 0.5 },
  { phrase: 'dan mode', weight: 0.9 },
  { phrase: 'jailbreak', weight: 0.6 },
  { phrase: 'jailbroken', weight: 0.8 },
  { phrase: 'you are now', weight: 0.5 },
  { phrase: 'from now on you', weight: 0.5 },
  { phrase: 'pretend you are', weight: 0.4 },
  { phrase: 'pretend to be', weight: 0.3 },
  { phrase: 'without any restrictions', weight: 0.6 },
  { phrase: 'without restrictions', weight: 0.6 },
  { phrase: 'no restrictions', weight: 0.5 },
  { phrase: 'unfiltered', weight: 0.4 },
  { phrase: 'new instructions', weight: 0.6 },
  { phrase: 'system override', weight: 0.8 },
  { phrase: 'repeat the text above', weight: 0.9 },
  { phrase: 'repeat the words above', weight: 0.9 },
  { phrase: 'repeat everything above', weight: 0.9 },
  { phrase: 'text above this line', weight: 0.7 },
  { phrase: 'when you read this', weight: 0.6 },
  { phrase: 'do not mention this', weight: 0.6 },
  { phrase: 'do not tell the user', weight: 0.8 },
  { phrase: 'do not tell the customer', weight: 0.8 },
  { phrase: 'do not mention it', weight: 0.5 },
  { phrase: 'without telling the user', weight: 0.8 },
  { phrase: 'note to the assistant', weight: 0.8 },
  { phrase: 'instructions for the assistant', weight: 0.8 },
  { phrase: 'end of document', weight: 0.4 },
]

/** Markup of chat templates: in a user's or a document's text it can only be forged. */
export const FORGED_MARKUP: readonly { readonly text: string; readonly weight: number }[] = [
  { text: '<|im_start|>', weight: 0.9 },
  { text: '<|im_end|>', weight: 0.9 },
  { text: '<|system|>', weight: 0.9 },
  { text: '<|endoftext|>', weight: 0.9 },
  { text: '<|eot_id|>', weight: 0.9 },
  { text: '[inst]', weight: 0.8 },
  { text: '<<sys>>', weight: 0.9 },
  { text: '</system>', weight: 0.7 },
  { text: '<system>', weight: 0.7 },
  { text: '[/system]', weight: 0.7 },
  { text: '[system]', weight: 0.6 },
  { text: '### system', weight: 0.7 },
  { text: '\nsystem:', weight: 0.6 },
  { text: '\nassistant:', weight: 0.5 },
  { text: 'begin system', weight: 0.5 },
  { text: '"role":"system"', weight: 0.8 },
  { text: '"role": "system"', weight: 0.8 },
]

/** "your": whose prompt. */
export const OWN = words(`
  your ur deine dein deinen ihre tes ton votre vos tu tus su tue tuo twoje
`)

/** "ignore" and "instructions" where words are not set apart by spaces. */
export const SET_ASIDE_CJK = ['指示', '命令', 'ルール', '忽略', '무시', '지시']

const TURNING = `
  the your you all from with that this have must will previous instructions instruction system prompt ignore reveal print rules
`
  .split(/\s+/)
  .filter((word) => word !== '')

/** Common words as they look turned by 13 letters or written backwards: two of them call for the whole text's turn. */
export const TURNED_WORDS = {
  rot13: TURNING.map(rot13),
  reversed: TURNING.map(reversed),
}
