// An MCP server that dies when a tool is called.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { ticketServer } from './ticket-server.ts'

const server = ticketServer()
server.setRequestHandler(CallToolRequestSchema, () => process.exit(1))
await server.connect(new StdioServerTransport())
