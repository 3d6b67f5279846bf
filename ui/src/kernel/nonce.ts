/** The nonce that the server put into the page for styles that are made at run time. */
const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')

/** Hoisted, because a new object would draw every widget again. */
export const csp = { nonce: meta?.content ?? '' }
