/** Which model said that it answered where another, or the same, was asked. */
export interface AnsweringModel {
  readonly asked: string
  readonly answered: string
  readonly requests: number
}

const PAIRS_MAX = 100

/**
 * Is it the model that was asked? Case and a prefix of who serves it (`openai/…`) aside. A dated name in answer to one
 * without a date is another: the name was no version.
 */
export function isSameModel(asked: string, answered: string): boolean {
  return bare(asked) === bare(answered)
}

function bare(name: string): string {
  const lower = name.toLowerCase()
  return lower.slice(lower.lastIndexOf('/') + 1)
}

/** Pairs of asked and answering models, of bounded number. */
export class AnsweringModels {
  /** Requests by the model asked, then by the one that answered: told of each request, so no key is put together for it. */
  readonly #requests = new Map<string, Map<string, number>>()
  #pairs = 0

  add({ asked, answered, requests }: AnsweringModel): void {
    const own = this.#requests.get(asked) ?? new Map<string, number>()
    const before = own.get(answered)
    if (before === undefined) {
      if (this.#pairs >= PAIRS_MAX) return
      this.#pairs += 1
      this.#requests.set(asked, own)
    }
    own.set(answered, (before ?? 0) + requests)
  }

  list(): readonly AnsweringModel[] {
    const pairs = [...this.#requests].flatMap(([asked, own]) =>
      [...own].map(([answered, requests]) => ({ asked, answered, requests })),
    )
    return pairs.toSorted((left, right) =>
      `${left.asked}\n${left.answered}` < `${right.asked}\n${right.answered}` ? -1 : 1,
    )
  }
}

/** A model as a manifest declares it: its exact name, and others that its provider answers by. */
export interface DeclaredModel {
  readonly model: string
  readonly answersAs?: readonly string[] | undefined
}

/** Answers of another model than the one that was asked, and than the names that the manifest gives it. */
export function changedModels(
  models: readonly AnsweringModel[],
  declared: readonly DeclaredModel[],
): readonly AnsweringModel[] {
  const names = new Map(declared.map(({ model, answersAs = [] }) => [model, answersAs]))
  return models.filter(({ asked, answered }) =>
    [asked, ...(names.get(asked) ?? [])].every((name) => !isSameModel(name, answered)),
  )
}
