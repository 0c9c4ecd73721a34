/** As much of a browser as a sign-in needs: it follows redirects and keeps cookies by host and path. */
export class CookieBrowser {
  readonly #jar = new Map<
    string,
    { readonly name: string; readonly value: string; readonly path: string; readonly host: string }
  >()

  cookiesFor(url: URL): string {
    return [...this.#jar.values()]
      .filter(({ host, path }) => host === url.host && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  forget(): void {
    this.#jar.clear()
  }

  /** Every answer on the way, the last one last. Stops before an address that `stop` names. */
  async open(
    address: string,
    stop: (url: URL) => boolean = () => false,
  ): Promise<{ readonly url: URL; readonly response: Response }[]> {
    const steps: { url: URL; response: Response }[] = []
    let url = new URL(address)
    for (let hop = 0; hop < 15; hop++) {
      const response = await fetch(url, { redirect: 'manual', headers: { cookie: this.cookiesFor(url) } })
      steps.push({ url, response })
      for (const line of response.headers.getSetCookie()) this.#keep(url, line)
      const location = response.headers.get('location')
      if (location === null) return steps
      url = new URL(location, url)
      if (stop(url)) return [...steps, { url, response }]
    }
    throw new Error('too many redirects')
  }

  #keep(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
    const value = pair.slice(name.length + 1)
    const key = `${url.host} ${path} ${name}`
    if (value === '' || attributes.some((attribute) => /^(?:max-age=0|expires=Thu, 01 Jan 1970)/i.test(attribute)))
      this.#jar.delete(key)
    else this.#jar.set(key, { name, value, path, host: url.host })
  }
}
