import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js'

/** A server whose one tool does what its argument says: repeats it, fails, refuses, never answers, or ends the program. */
export function echoServer(end: () => void): Server {
  const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [{ name: 'say', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }],
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const text = String(params.arguments?.['text'])
    switch (text) {
      case 'fail':
        return { content: [{ type: 'text', text: 'it broke' }], isError: true }
      case 'refuse':
        throw new McpError(ErrorCode.InvalidParams, 'not such a text')
      case 'hang':
        return new Promise<never>(() => undefined)
      case 'end':
        end()
        return new Promise<never>(() => undefined)
      default:
        return {
          content: [
            { type: 'text', text: `said ${text}` },
            { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
            { type: 'text', text: 'twice' },
          ],
        }
    }
  })
  return server
}
