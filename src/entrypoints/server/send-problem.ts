import type { FastifyReply } from 'fastify'
import type { Problem } from '../../base/result.ts'
import { statusOf } from '../../contract/http/problem.ts'

/** RFC 9457. The code decides the status. */
export async function sendProblem(reply: FastifyReply, problem: Problem): Promise<FastifyReply> {
  const status = statusOf(problem.code)
  return reply
    .status(status)
    .type('application/problem+json')
    .send({
      type: `https://gatehouse.dev/problems/${problem.code}`,
      title: problem.message,
      status,
      code: problem.code,
      ...(problem.next === undefined ? {} : { next: problem.next }),
    })
}
