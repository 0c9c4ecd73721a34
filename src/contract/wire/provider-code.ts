/**
 * Words by which providers say why they do not take a request, and which clients act on. SECURITY: whatever else stands in that
 * place is the provider's own text, and is not passed on.
 */
const PROVIDER_CODES = [
  'bio_policy',
  'content_filter',
  'content_policy_violation',
  'context_length_exceeded',
  'empty_image_file',
  'failed_to_download_image',
  'image_content_policy_violation',
  'image_file_not_found',
  'image_file_too_large',
  'image_parse_error',
  'image_too_large',
  'image_too_small',
  'insufficient_quota',
  'invalid_base64_image',
  'invalid_image',
  'invalid_image_format',
  'invalid_image_mode',
  'invalid_image_url',
  'invalid_parameter_combination',
  'invalid_prompt',
  'invalid_type',
  'invalid_value',
  'missing_required_parameter',
  'rate_limit_exceeded',
  'string_above_max_length',
  'unknown_parameter',
  'unsupported_image_media_type',
  'unsupported_parameter',
  'unsupported_value',
] as const
export type ProviderCode = (typeof PROVIDER_CODES)[number]

export function providerCodeOf(word: unknown): ProviderCode | undefined {
  return PROVIDER_CODES.find((code) => code === word)
}
