/** Which component draws a page, and which one its inspector. */
import type { Component } from 'vue';
import AttentionInspector from '../components/inspector/AttentionInspector.vue';
import CellInspector from '../components/inspector/CellInspector.vue';
import CalibrationInspector from '../components/calibration/CalibrationInspector.vue';
import ImagesInspector from '../components/images/ImagesInspector.vue';
import LayersInspector from '../components/layers/LayersInspector.vue';
import LevelsInspector from '../components/levels/LevelsInspector.vue';
import type { Page } from '../stores/selection';
import AttentionPage from './AttentionPage.vue';
import BoardPage from './BoardPage.vue';
import CalibrationPage from './CalibrationPage.vue';
import ImagesPage from './ImagesPage.vue';
import LayersPage from './LayersPage.vue';
import LevelsPage from './LevelsPage.vue';

export const pageComponents: Readonly<Record<Page, { readonly page: Component; readonly inspector: Component }>> = {
  board: { page: BoardPage, inspector: CellInspector },
  layers: { page: LayersPage, inspector: LayersInspector },
  attention: { page: AttentionPage, inspector: AttentionInspector },
  levels: { page: LevelsPage, inspector: LevelsInspector },
  images: { page: ImagesPage, inspector: ImagesInspector },
  calibration: { page: CalibrationPage, inspector: CalibrationInspector },
};
