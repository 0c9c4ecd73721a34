/** How an attacker goes about it. */
export interface CampaignTechnique {
  readonly id: string
  readonly title: string
  readonly atlas: readonly string[]
}

export const CAMPAIGN_TECHNIQUES: readonly CampaignTechnique[] = [
  { id: 'direct', title: 'asks for it', atlas: ['AML.T0051.000'] },
  { id: 'role-play', title: 'gives the model another role', atlas: ['AML.T0054'] },
  { id: 'authority', title: 'claims rights or office', atlas: ['AML.T0073'] },
  { id: 'hypothetical', title: 'wraps it in a story or a thought experiment', atlas: ['AML.T0054'] },
  { id: 'pressure', title: 'urgency, pity or reward', atlas: ['AML.T0054'] },
  { id: 'encoding', title: 'writes it in another alphabet or encoding', atlas: ['AML.T0068'] },
  { id: 'translation', title: 'asks in, or by way of, another language', atlas: ['AML.T0068'] },
  { id: 'payload-splitting', title: 'cuts it into harmless pieces', atlas: ['AML.T0068'] },
  { id: 'many-shot', title: 'shows examples of giving in', atlas: ['AML.T0065'] },
  { id: 'delimiter-forging', title: 'forges turns, tags or ends of prompts', atlas: ['AML.T0069.000'] },
  { id: 'format-smuggling', title: 'hides it in code, tables, JSON or markup', atlas: ['AML.T0068'] },
  { id: 'prefix-injection', title: 'dictates how the answer begins or what it may not say', atlas: ['AML.T0065'] },
  { id: 'false-premise', title: 'takes for granted what is not so', atlas: ['AML.T0065'] },
  { id: 'indirection', title: 'asks for something from which the goal can be read', atlas: ['AML.T0065'] },
  { id: 'crescendo', title: 'comes closer turn by turn', atlas: ['AML.T0054'] },
  { id: 'delayed-trigger', title: 'plants an order for later', atlas: ['AML.T0051.002', 'AML.T0094'] },
  { id: 'pasted-document', title: 'pastes a document that gives orders', atlas: ['AML.T0051.001'] },
  { id: 'document-injection', title: 'plants a document for retrieval', atlas: ['AML.T0051.001', 'AML.T0070'] },
  { id: 'tool-result-injection', title: 'puts orders into what a tool returns', atlas: ['AML.T0110.002'] },
  { id: 'tool-description', title: 'puts orders into what a tool says of itself', atlas: ['AML.T0110.000'] },
  { id: 'recursion', title: 'asks for work without end', atlas: ['AML.T0034.001'] },
]
