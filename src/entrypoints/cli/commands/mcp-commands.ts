import type { Command } from 'commander'
import type { CommandContext } from './command-context.ts'

/** `mcp`: servers of the Model Context Protocol behind the gateway's decisions. */
export function registerMcpCommands(program: Command, { terminal, setExitCode }: CommandContext): void {
  const mcp = program.command('mcp').description('servers of the Model Context Protocol: proxy, pins')
  mcp
    .command('proxy')
    .description('run an MCP server over standard input and output, each call and result judged by a gateway')
    .argument('<command...>', "the server's program and arguments, after --")
    .requiredOption('-s, --server <id>', 'its name among `components.mcpServers` of the manifest')
    .option('-g, --gateway <url>', 'address of the gateway (default: GATEHOUSE_GATEWAY_URL)')
    .option('--subject-file <path>', 'file with the `Gatehouse-Subject` token, read anew for each question')
    .addHelpText(
      'after',
      '\nThe API key is read from GATEHOUSE_API_KEY.\n\nExample:\n  $ gatehouse mcp proxy --server tickets --gateway http://127.0.0.1:4181 -- node ticket-server.js\n',
    )
    .action(async (command: string[], options) =>
      setExitCode(await (await import('./mcp-proxy.ts')).mcpProxyCommand(terminal, { command, ...options })),
    )
  mcp
    .command('pins')
    .description('digests of the descriptors of an MCP server, to be reviewed and kept in the manifest')
    .argument('[command...]', "the server's program and arguments, after --")
    .option('-u, --url <url>', 'address of a server that is reached over HTTP')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  $ gatehouse mcp pins -- node ticket-server.js\n')
    .action(async (command: string[], options) =>
      setExitCode(await (await import('./mcp-pins.ts')).mcpPinsCommand(terminal, { command, ...options })),
    )
}
