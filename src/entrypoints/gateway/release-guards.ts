import { monotonicMs } from '../../adapters/clock/system-clock.ts'
import { systemDeadline } from '../../adapters/clock/system-deadline.ts'
import { declaredDetectors, type DeclaredDetectors } from '../../adapters/detectors/declared-detectors.ts'
import { declaredSecrets } from '../../adapters/detectors/declared-secrets.ts'
import type { ServedRelease } from '../../application/gateway/admitted-system.ts'
import type { ReleaseGuard } from '../../application/gateway/with-detectors.ts'
import { detectorRunner } from '../../application/guard/run-detectors.ts'
import { leakIndex } from '../../domain/detection/prompt-leak.ts'

const RELEASES_MAX = 200

export type Environment = Readonly<Record<string, string | undefined>>

/** What the releases of this process need from its environment: made when a release is first served, by its digest. */
export class ReleaseGuards {
  readonly #environment: Environment
  readonly #known = new Map<
    string,
    { readonly guard: ReleaseGuard; readonly detectors: DeclaredDetectors | undefined }
  >()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  of(release: ServedRelease): ReleaseGuard {
    let known = this.#known.get(release.digest)
    if (known === undefined) {
      known = this.#make(release)
      // A release that was served long ago is made again when it is asked for.
      if (this.#known.size >= RELEASES_MAX) this.#retire()
      this.#known.set(release.digest, known)
    }
    return known.guard
  }

  async close(): Promise<void> {
    for (const { detectors } of this.#known.values()) await detectors?.close()
  }

  #retire(): void {
    const [oldest] = this.#known
    if (oldest === undefined) return
    this.#known.delete(oldest[0])
    // Calls that are out end by their deadline; a connection that cannot be closed has nothing left to say.
    void oldest[1].detectors?.close()
  }

  #make({ manifest, templates, leak }: ServedRelease): {
    readonly guard: ReleaseGuard
    readonly detectors: DeclaredDetectors | undefined
  } {
    const declared = manifest.guard?.detectors ?? []
    const detectors = declaredDetectors(declared, this.#environment)
    const secrets = declaredSecrets(manifest.guard?.secretsFrom ?? [], this.#environment)
    const problems = [...(detectors.ok ? [] : detectors.failure), ...(secrets.ok ? [] : secrets.failure)]
    const values = secrets.ok ? secrets.value : []
    const guard: ReleaseGuard = {
      leak:
        values.length === 0
          ? leak
          : leakIndex(
              templates.flatMap(({ template }) => template.literals),
              values,
            ),
      runDetectors:
        detectors.ok && declared.length > 0
          ? detectorRunner(detectors.value.detectors, { nowMs: monotonicMs, deadline: systemDeadline })
          : undefined,
      problem:
        problems[0] === undefined ? undefined : `the guard of this release cannot run here: ${problems[0].message}`,
    }
    return { guard, detectors: detectors.ok ? detectors.value : undefined }
  }
}
