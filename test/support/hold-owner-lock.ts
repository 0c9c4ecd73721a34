// Takes the owner lock of the folder at argv[2] and prints how that went; holds it until killed.
import { takeOwnerLock } from '../../src/adapters/owner/owner-lock.ts'

const taken = await takeOwnerLock(process.argv[2]!)
process.stdout.write(`${taken.ok ? 'held' : taken.failure.code}\n`)
if (taken.ok) setInterval(() => undefined, 60_000)
