/** A chart as SVG text, without a page: for reports, exports and the pictures that tests compare. */
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { EChartsOption } from 'echarts';

let registered = false;

/** Renders the option at this size in pixels. The text contains no script and no reference to anything outside. */
export function renderSvg(option: EChartsOption, size: { readonly width: number; readonly height: number }): string {
  if (!registered) {
    use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);
    registered = true;
  }
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    // Nobody hovers over a picture.
    const { tooltip: _tooltip, ...still } = option;
    chart.setOption({ ...still, animation: false });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
