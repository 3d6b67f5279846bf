import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env['QIQIAO_SERVER'] ?? 'http://127.0.0.1:8000'

/** Vendor chunks that keep their name over releases, so that a new release does not reload what did not change. */
const groups = [
  { name: 'react', priority: 3, test: /node_modules\/(react|react-dom|react-router|scheduler|@tanstack|zustand|i18next|react-i18next)\// },
  { name: 'codemirror', priority: 2, test: /node_modules\/(@codemirror|@lezer|style-mod|w3c-keyname|crelt)\// },
  { name: 'yaml', priority: 2, test: /node_modules\/yaml\// },
  { name: 'charts', priority: 2, test: /node_modules\/(echarts|zrender)\// },
]

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '_ui',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // What a page may weigh is held by `npm run budget`.
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', builder: 'builder.html' },
      output: { codeSplitting: { groups } },
    },
  },
  server: { proxy: { '/api': server, '/health': server } },
})
