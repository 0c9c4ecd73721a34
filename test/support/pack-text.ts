/** A pack of three rules, one value per line where tests point at lines. */
export const PACK_TEXT = `apiVersion: gatehouse.dev/v1
kind: PolicyPack
metadata: { id: baseline, version: 1.0.0, title: Baseline }
rules:
  - id: GH-INJ-001
    title: Prompt injection stays without effect
    severity: critical
    controls: [CTL-INJ-1]
    frameworks: [OWASP-LLM01]
    when: tier != "T3"
    check: { kind: suite, purpose: red-team, metric: attack-success, atMost: { T1: 0.02, T2: 0.05, T3: 0.1 } }
    expr: evidence["GH-INJ-001"].outcome == "passed"
    message: attacks succeed
    fix: see the failing cases
    maxAgeDays: 14
    tests:
      - { name: holds, input: { tier: T1, evidence: { GH-INJ-001: { outcome: passed } } }, expect: pass }
      - { name: breaks, input: { tier: T1, evidence: { GH-INJ-001: { outcome: failed } } }, expect: fail }
  - id: GH-GRD-001
    title: The guard is on
    severity: high
    controls: [CTL-GRD-1]
    expr: manifest.guard.preset != "none"
    message: the guard is off
    fix: remove the preset none
    tests:
      - { name: on, input: { manifest: { guard: { preset: T1 } } }, expect: pass }
      - { name: off, input: { manifest: { guard: { preset: none } } }, expect: fail }
  - id: GH-REG-001
    title: No regression
    severity: medium
    controls: [CTL-REG-1]
    check: { kind: suite, purpose: regression, metric: all-hold }
    expr: facts.isStable
    message: a case broke
    fix: repair it
    tests:
      - { name: stable, input: { facts: { isStable: true } }, expect: pass }
      - { name: not, input: { facts: { isStable: false } }, expect: fail }
`
