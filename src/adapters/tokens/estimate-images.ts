/** As the client asks for it; undefined: it says nothing, and the provider chooses. */
export type ImageDetail = 'low' | 'high' | 'auto' | undefined

interface ImageTokens {
  readonly models: RegExp
  readonly low: number
  readonly most: number
}

/**
 * The most that an image costs, whatever its size: an address tells nothing of it. OpenAI (developers.openai.com,
 * `api/docs/guides/images-vision`, "Calculating costs") scales an image into 2,048 by 768 pixels at most and charges a base and
 * an amount for each of its tiles of 512 pixels, eight at most; of smaller models for each of 1,536 patches at most, by a factor
 * of 2.46 at most and whatever the detail.
 */
const OPENAI: readonly ImageTokens[] = [
  { models: /^gpt-4o-mini\b/, low: 2_833, most: 2_833 + 8 * 5_667 },
  { models: /^(?:gpt-4\.1|gpt-5)-(?:mini|nano)\b|^o4-mini\b/, low: 3_779, most: 3_779 },
  { models: /^(?:gpt-4o|chatgpt-4o|gpt-4-turbo|gpt-4\.1|gpt-5|o1|o3)(?![.\w])/, low: 85, most: 85 + 8 * 170 },
]

/**
 * Of any other model: what Anthropic (platform.claude.com, `build-with-claude/vision`, "Evaluate image size") charges for the largest
 * picture that its newest models do not scale down, 3.75 million pixels at 750 a token. Others are taken to charge no more.
 */
const OTHER = 5_000

/** Tokens of the images of a request, an estimate from above. */
export function estimateImages(model: string, details: readonly ImageDetail[]): number {
  const known = OPENAI.find(({ models }) => models.test(model)) ?? { low: OTHER, most: OTHER }
  return details.reduce((sum, detail) => sum + (detail === 'low' ? known.low : known.most), 0)
}
