import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { openSession } from './session.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/components.css'

const root = document.getElementById('root')
if (root !== null) {
  openSession()
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
