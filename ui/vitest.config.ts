import { defineConfig } from 'vitest/config'

/** Dates of the screens are those of a bank in China, whatever the machine says. */
export default defineConfig({ test: { include: ['src/**/*.test.ts'], env: { TZ: 'Asia/Shanghai' }, testTimeout: 60_000 } })
