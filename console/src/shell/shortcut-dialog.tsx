import type { ReactElement } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { MAIN_PAGES } from './pages.ts'
import { setShortcutsOn, useShortcutsOn } from './use-shortcuts.ts'

export function ShortcutDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const isOn = useShortcutsOn()
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <DataTable caption="Keys" columns={[{ name: 'Key' }, { name: 'What it does' }]}>
        <tr>
          <th scope="row">
            <kbd>?</kbd>
          </th>
          <td>this list</td>
        </tr>
        {MAIN_PAGES.map(({ letter, name }) => (
          <tr key={letter}>
            <th scope="row">
              <kbd>g</kbd> then <kbd>{letter}</kbd>
            </th>
            <td>{name}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">
            <kbd>Esc</kbd>
          </th>
          <td>close a dialog</td>
        </tr>
      </DataTable>
      <label className="check">
        <input type="checkbox" checked={isOn} onChange={({ target }) => setShortcutsOn(target.checked)} /> Single keys
        are on
      </label>
    </Dialog>
  )
}
