// Before each file of the second run of the acceptance suite whose commands open a state: theirs lies in PostgreSQL.
import { randomBytes } from 'node:crypto'
import { prepareSchemas } from './state-environment.ts'

await prepareSchemas(randomBytes(4).toString('hex'))
