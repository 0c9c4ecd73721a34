/** A sound of a request: base64, as the client sent it. */
export interface Sound {
  readonly data: string
  readonly format: 'wav' | 'mp3'
}

/** What users say costs a token each 100 ms (developers.openai.com, `api/docs/guides/realtime-costs`). */
const TOKENS_PER_SECOND = 10
/** The lowest bit rates in use: 32 kbit/s for MP3, 8,000 samples of 8 bits for PCM. */
const LEAST_BYTES_PER_SECOND = { mp3: 4_000, wav: 8_000 }

/** Tokens of the sounds of a request, an estimate from above. SECURITY: a head that the sender wrote is not asked how long it is. */
export function estimateAudio(sounds: readonly Sound[]): number {
  return sounds.reduce((sum, sound) => sum + Math.ceil(secondsAtMost(sound) * TOKENS_PER_SECOND), 0)
}

const secondsAtMost = ({ data, format }: Sound): number => (data.length * 3) / 4 / LEAST_BYTES_PER_SECOND[format]
