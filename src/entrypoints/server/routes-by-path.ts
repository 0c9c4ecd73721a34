import type { FastifyInstance } from 'fastify'

const API = '/api/v1/'

/** The routes of the API by their paths, for who asks for one by a method that it does not have. */
export class RoutesByPath {
  readonly #methods = new Map<string, Set<string>>()

  /** Hears of every route that is added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      if (!url.startsWith(API)) return
      const shape = shapeOf(url)
      const methods = this.#methods.get(shape) ?? new Set()
      for (const one of [method].flat()) methods.add(one)
      this.#methods.set(shape, methods)
    })
  }

  /** Methods that a path has, sorted; none where no route has it. */
  methodsOf(url: string): readonly string[] {
    const [path = ''] = url.split('?', 1)
    const parts = path.split('/')
    if (parts.length > PARTS_MAX) return []
    const methods = new Set<string>()
    for (const [shape, those] of this.#methods)
      if (fits(shape.split('/'), parts)) for (const one of those) methods.add(one)
    return [...methods].toSorted()
  }
}

/** More than any path of the API has. */
const PARTS_MAX = 16
const ANY = ':'

const shapeOf = (url: string): string => url.replaceAll(/:\w+/g, ANY)

const fits = (shape: readonly string[], parts: readonly string[]): boolean =>
  shape.length === parts.length &&
  shape.every((part, index) => (part === ANY ? parts[index] !== '' : part === parts[index]))
