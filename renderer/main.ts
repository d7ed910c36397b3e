import './schemas-without-eval.ts';
import '@fontsource-variable/inter';
import './ui/tokens.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app') as HTMLElement });
