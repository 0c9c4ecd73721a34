/** Runs work again and again, never twice at a time, until it is stopped; a failure is reported and the next turn comes. */
export function every(
  intervalMs: number,
  work: () => Promise<void>,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const turn = (): void => {
    running = work()
      .catch(onFailure)
      .then(() => {
        if (!isStopped) timer = setTimeout(turn, intervalMs).unref()
      })
  }
  timer = setTimeout(turn, intervalMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
