/** One secret format: where to look (`anchors`, exact case), how far (`span`), and what must stand there. */
export interface SecretRule {
  readonly id: string
  readonly anchors: readonly string[]
  /** Longest match, in UTF-16 units: the pattern only ever sees a slice of this length. */
  readonly span: number
  /** Matched from the anchor on; single character classes with bounded counts only, so it is linear. */
  readonly pattern: RegExp
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
}

const x = (length: number, alphabet = 'aB3dE6gH9jKlMn0pQ'): string =>
  alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length)
const hex = (length: number): string => x(length, '0a1b2c3d4e5f6789')

/** Formats: reference tables of the vendors' documentation; examples are made up. */
export const SECRET_RULES: readonly SecretRule[] = [
  rule(
    'secret/aws-access-key',
    ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    20,
    /^(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}/,
    [`AKIA${x(16, 'ABCDEF234567')}`],
    ['AKIAshort'],
  ),
  rule('secret/gcp-api-key', ['AIza'], 39, /^AIza[\w-]{35}/, [`AIza${x(35)}`], ['AIzaSmall']),
  rule(
    'secret/github-token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    40,
    /^gh[pousr]_[A-Za-z0-9]{36}/,
    [`ghp_${x(36)}`],
    ['ghp_short'],
  ),
  rule(
    'secret/github-fine-grained',
    ['github_pat_'],
    93,
    /^github_pat_\w{82}/,
    [`github_pat_${x(82)}`],
    ['github_pat_x'],
  ),
  rule('secret/gitlab-token', ['glpat-'], 26, /^glpat-[\w-]{20}/, [`glpat-${x(20)}`], ['glpat-x']),
  rule('secret/npm-token', ['npm_'], 40, /^npm_[A-Za-z0-9]{36}/, [`npm_${x(36)}`], ['npm_config_registry']),
  rule(
    'secret/pypi-token',
    ['pypi-AgEIcHlwaS5vcmc'],
    1_020,
    /^pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}/,
    [`pypi-AgEIcHlwaS5vcmc${x(60)}`],
    ['pypi-AgEIcHlwaS5vcmc'],
  ),
  rule(
    'secret/openai-key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-'],
    180,
    /^sk-(?:(?:proj|svcacct|admin)-[\w-]{58,74}T3BlbkFJ[\w-]{58,74}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})/,
    [`sk-${x(20)}T3BlbkFJ${x(20)}`, `sk-proj-${x(74)}T3BlbkFJ${x(74)}`],
    ['sk-learn-0.24'],
  ),
  rule(
    'secret/anthropic-key',
    ['sk-ant-'],
    110,
    /^sk-ant-(?:api03|admin01)-[\w-]{93}AA/,
    [`sk-ant-api03-${x(93)}AA`],
    ['sk-ant-api03-x'],
  ),
  rule('secret/huggingface-token', ['hf_'], 37, /^hf_[A-Za-z]{34}/, [`hf_${x(34, 'abcdEFGHij')}`], ['hf_hub_download']),
  rule(
    'secret/slack-token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxe-', 'xoxs-', 'xapp-'],
    120,
    /^(?:xox[bpares]-\d{10,13}-[A-Za-z0-9-]{20,90}|xapp-\d-[A-Z0-9]{9,12}-\d{10,14}-[a-f0-9]{60,64})/,
    [`xoxb-1234567890-${x(24)}`],
    ['xoxb-nope'],
  ),
  rule(
    'secret/slack-webhook',
    ['https://hooks.slack.com/'],
    100,
    /^https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/]{40,60}/,
    [`https://hooks.slack.com/services/${x(44)}`],
    ['https://hooks.slack.com/docs'],
  ),
  rule(
    'secret/stripe-key',
    ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_'],
    110,
    /^[sr]k_(?:live|test)_[A-Za-z0-9]{16,99}/,
    [`sk_live_${x(24)}`],
    ['sk_live_'],
  ),
  rule('secret/sendgrid-key', ['SG.'], 69, /^SG\.[\w-]{22}\.[\w-]{43}/, [`SG.${x(22)}.${x(43)}`], ['SG.x']),
  rule('secret/twilio-key', ['SK'], 34, /^SK[a-f0-9]{32}/, [`SK${hex(32)}`], ['SKU-1234']),
  rule(
    'secret/digitalocean-token',
    ['dop_v1_', 'doo_v1_', 'dor_v1_'],
    71,
    /^do[opr]_v1_[a-f0-9]{64}/,
    [`dop_v1_${hex(64)}`],
    ['dop_v1_x'],
  ),
  rule('secret/databricks-token', ['dapi'], 36, /^dapi[a-f0-9]{32}/, [`dapi${hex(32)}`], ['dapi-docs']),
  rule(
    'secret/grafana-token',
    ['glsa_'],
    46,
    /^glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/,
    [`glsa_${x(32)}_${hex(8)}`],
    ['glsa_x'],
  ),
  rule(
    'secret/shopify-token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    38,
    /^shp(?:at|ca|pa|ss)_[a-f0-9]{32}/,
    [`shpat_${hex(32)}`],
    ['shpat_x'],
  ),
  rule('secret/vault-token', ['hvs.'], 124, /^hvs\.[\w-]{90,120}/, [`hvs.${x(95)}`], ['hvs.x']),
  rule('secret/linear-key', ['lin_api_'], 48, /^lin_api_[A-Za-z0-9]{40}/, [`lin_api_${x(40)}`], ['lin_api_x']),
  rule(
    'secret/postman-key',
    ['PMAK-'],
    64,
    /^PMAK-[a-f0-9]{24}-[a-f0-9]{34}/,
    [`PMAK-${hex(24)}-${hex(34)}`],
    ['PMAK-x'],
  ),
  rule(
    'secret/age-key',
    ['AGE-SECRET-KEY-1'],
    74,
    /^AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/,
    [`AGE-SECRET-KEY-1${x(58, 'QPZRY9X8GF2TVDW0')}`],
    ['AGE-SECRET-KEY-1X'],
  ),
  rule(
    'secret/jwt',
    ['eyJ'],
    4_096,
    /^eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{20,1000}/,
    [`eyJ${x(20)}.eyJ${x(30)}.${x(43)}`],
    ['eyJhbGci'],
  ),
  rule(
    'secret/private-key',
    ['-----BEGIN '],
    40,
    /^-----BEGIN (?:RSA |EC |OPENSSH |DSA |ENCRYPTED |PGP )?PRIVATE KEY/,
    ['-----BEGIN RSA PRIVATE KEY-----'],
    ['-----BEGIN CERTIFICATE-----'],
  ),
]

// oxlint-disable-next-line max-params -- a table row: six columns in the order of the type
function rule(
  id: string,
  anchors: readonly string[],
  span: number,
  pattern: RegExp,
  valid: readonly string[],
  invalid: readonly string[],
): SecretRule {
  return { id, anchors, span, pattern, valid, invalid }
}
