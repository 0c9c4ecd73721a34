import { createHash, createHmac } from 'node:crypto'
import { toRfc3339, type EpochMs } from '../../../base/instant.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface SignedCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** Every header that is sent, but for those that signing adds. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
  readonly at: EpochMs
}

/**
 * The headers of a request with AWS Signature Version 4 (docs.aws.amazon.com/IAM, "Create a signed AWS API request"), for
 * paths and queries without characters that need escaping, which is all that is asked of AWS here.
 */
export function sigV4(call: SignedCall, credentials: AwsCredentials): Readonly<Record<string, string>> {
  const { method, url, body, region, service } = call
  const { host, pathname, searchParams } = new URL(url)
  const instant = toRfc3339(call.at).replaceAll(/[-:]|\.\d+/g, '')
  const day = instant.slice(0, 8)
  const headers: Readonly<Record<string, string>> = {
    ...call.headers,
    host,
    'x-amz-date': instant,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(headers).toSorted()
  const signed = names.join(';')
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&')
  const canonical = [
    method,
    pathname,
    query,
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signed,
    sha256(body),
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', instant, scope, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
  return { ...headers, authorization }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
