import OpenAI from 'openai'
import { createGuard, GuardDenied } from '../../src/entrypoints/guard/index.ts'
import { guardOpenAI, type WrapperOptions } from '../../src/entrypoints/guard/wrappers/openai.ts'
import { SETUP } from './guard-fixture.ts'
import { scriptedOpenAI, type Script, type ScriptedOpenAI } from './scripted-openai.ts'

/** The real client, guarded, against a scripted server. */
export async function setUp(script: Script, options: WrapperOptions = {}, setup = SETUP) {
  const server = await scriptedOpenAI(script)
  const client = new OpenAI({ apiKey: 'none', baseURL: server.baseURL, maxRetries: 0 })
  return {
    server,
    client: guardOpenAI(client, createGuard(setup), options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The denial that a promise is rejected with. */
export const thrownBy = async (promise: PromiseLike<unknown>): Promise<GuardDenied> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof GuardDenied) return error
    throw error
  }
  throw new Error('nothing was denied')
}
export const sentTo = (server: ScriptedOpenAI): string => JSON.stringify(server.asked)
