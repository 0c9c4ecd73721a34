/** Fixed for good: scripts depend on them (docs/reference/exit-codes.md). Never shifted by flags, except `--advisory`. */
export const EXIT_CODE = {
  pass: 0,
  blocked: 1,
  usage: 2,
  inconclusive: 3,
  unauthenticated: 4,
  approvalPending: 5,
  integrity: 6,
  internal: 70,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE]
