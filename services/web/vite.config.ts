// Builds the page into dist/: hashed assets, no inlined ones (the page's CSP allows 'self' only).
import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

const backend = 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    // Grammars of large languages are loaded when a code block asks for them; the first load has a budget of its own.
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    // `vite` alone serves the sources against a running `npm start`.
    proxy: { '/api': backend, '/browser-connection': { target: backend, ws: true } },
  },
});
