/** What one person says to something that waits for people: yes or no, in which role, and why. */
export interface PersonsWord {
  readonly id: string
  readonly role: string
  readonly decision: 'approve' | 'reject'
  readonly comment: string
}
