/** The demo provider and its model. */
export { DEMO_TIMING, startDemoProvider, type DemoProvider } from './demo-provider.ts';
export { DEMO_MODEL_ID, type DemoTiming } from './demo-stream.ts';
