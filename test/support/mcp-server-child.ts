// An MCP server over standard input and output, for the guard's tests.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { ticketServer } from './ticket-server.ts'

await ticketServer().connect(new StdioServerTransport())
