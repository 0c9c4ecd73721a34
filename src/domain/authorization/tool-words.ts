/** The words of a tool's id: `gitAddKey` and `git_add_key` alike. */
export const toolWords = (toolId: string): readonly string[] =>
  toolId
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
