// The echo server over standard input and output.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { echoServer } from './mcp-echo-server.ts'

await echoServer(() => process.exit(1)).connect(new StdioServerTransport())
