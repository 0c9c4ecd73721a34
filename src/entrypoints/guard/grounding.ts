// `@gatehouse/guard/grounding`: what `guard.grounding` needs, apart from the guard, so that who compares no answers with passages does
// not load it.
export {
  groundClaims,
  type Claim,
  type GroundingOptions,
  type Passage,
} from '../../domain/detection/groundedness/ground-claims.ts'
