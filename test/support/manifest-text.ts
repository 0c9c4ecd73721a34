/** A manifest that uses every section, one value per line where tests point at lines. */
export const MANIFEST_TEXT = `apiVersion: gatehouse.dev/v1
kind: AISystem
metadata:
  name: support-assistant            # unique in the organization
  title: Customer support assistant
  version: 1.1.0
  owner: team-support
  contacts: { security: sec@example.com, privacy: dpo@example.com }
intake:
  purpose: Answer customers' questions about orders and open tickets
  audience: customers
  domain: general
  dataClasses: [pii, customer-confidential]
  autonomy: acts-with-approval
  multiTenant: true
  regions: [eu]
  aiActRole: deployer
journeys:
  - { id: order-status, risk: medium, text: A customer asks where an order is }
components:
  models:
    - { id: main, provider: openai, model: gpt-4.1-mini-2025-04-14, parameters: { temperature: 0.2 }, regions: [eu], fallbacks: [small] }
    - { id: small, provider: openai, model: gpt-4.1-nano-2025-04-14 }
  prompts:
    - id: system
      path: prompts/system.md
      slots:
        locale: { type: enum, values: [en, de, fr] }
        today: { type: date }
  datasets:
    - { id: eval-orders, path: data/orders.jsonl, license: CC0-1.0, provenance: own, dataClasses: [internal] }
  retrievers:
    - id: kb
      source: { path: kb/ }
      label: { integrity: curated, confidentiality: tenant }
      limits: { chunksPerQuery: 8, chunksPerSession: 60 }
  tools:
    - id: lookup_order
      schema: tools/lookup_order.json
      effect: read
      authorize: args.tenant == subject.tenant
    - id: issue_refund
      schema: tools/issue_refund.json
      effect: irreversible
      destinations: { order_id: { from: [user-message, tool:lookup_order.order_id] } }
      approval: { when: args.amount > 25.0, roles: [support-lead], expiresMin: 15 }
      requires: [lookup_order]
  mcpServers:
    - { id: files, command: [npx, some-mcp-server], tools: { read_file: { effect: read } } }
  agents:
    - { id: main, model: main, prompts: [system], tools: [lookup_order, issue_refund], retrievers: [kb], maxSteps: 12 }
guard:
  preset: T1
  input: { injection: { at: 0.9, action: block }, pii: { action: pseudonymise } }
  output: { pii: { action: redact }, links: { allow: [example.com], images: false } }
data: { capture: redacted, retentionDays: 30, residency: [eu], subjectErasure: true }
environments:
  local: { gateway: http://127.0.0.1:4181 }
  production: { approvals: default }
suites: [suites/quality.yaml]
policies: [baseline, rag, agent]
`
