import react from '@vitejs/plugin-react';
import { readFileSync, existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// The gateway that ./loadstone up started from this clone, unless another is named.
const announced = new URL('../../.loadstone/up/gateway.url', import.meta.url);
const gateway = process.env.LOADSTONE_URL ?? (existsSync(announced) ? readFileSync(announced, 'utf8') : 'http://127.0.0.1:8080');

export default defineConfig({
  base: '/dashboard/',
  plugins: [react()],
  build: {
    outDir: '../../artifacts/dashboard',
    emptyOutDir: true,
    // Everything is a file of its own: the pages' policy allows no data: script, style or font.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: Object.fromEntries(['/api', '/openapi', '/schemas'].map((path) => [path, { target: gateway, changeOrigin: false, headers: { host: new URL(gateway).host } }])) },
});
