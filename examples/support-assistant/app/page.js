// The chat page. Answers are hostile text until shown otherwise: they only ever become text nodes.
const log = document.getElementById('log')
const form = document.getElementById('form')
const message = document.getElementById('message')
const customer = document.getElementById('customer')
const button = form.querySelector('button')
let session = crypto.randomUUID()

function show(who, text, className) {
  const line = document.createElement('p')
  const name = document.createElement('span')
  name.className = 'who'
  name.textContent = `${who}: `
  const body = document.createElement('span')
  body.textContent = text
  if (className) body.className = className
  line.append(name, body)
  log.append(line)
  log.scrollTop = log.scrollHeight
}

customer.addEventListener('change', () => {
  session = crypto.randomUUID()
  log.replaceChildren()
})

message.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    form.requestSubmit()
  }
})

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void send()
})

async function send() {
  const text = message.value.trim()
  if (text === '' || button.disabled) return
  message.value = ''
  show('You', text)
  button.disabled = true
  try {
    const response = await fetch('/api/chat', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customer: customer.value, session, message: text }),
    })
    const reply = await response.json()
    show('Assistant', reply.text ?? reply.error)
    if (reply.blocked) show('Gateway', `stopped: ${reply.blocked.code} (${reply.blocked.rule})`, 'stopped')
  } catch {
    show('Assistant', 'The application cannot be reached.', 'stopped')
  } finally {
    button.disabled = false
    message.focus()
  }
}
