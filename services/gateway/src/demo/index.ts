/** The demo provider and its model. */
export { startDemoProvider, type DemoProvider } from './demo-provider.ts';
export { DEMO_MODEL_ID, type DemoTiming } from './demo-stream.ts';
