/** A rule on the check that asks which model answered. */
export const VERSION_RULE = `  - id: GH-VND-005
    title: the declared version answers
    severity: high
    controls: [CTL-SUP-001]
    check: { kind: builtin, name: model-version }
    expr: evidence["GH-VND-005"].outcome == "passed"
    message: another version answers
    fix: prove it
    tests:
      - { name: same, input: { evidence: { GH-VND-005: { outcome: passed } } }, expect: pass }
      - { name: other, input: { evidence: { GH-VND-005: { outcome: failed } } }, expect: fail }
`
