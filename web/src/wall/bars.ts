/* Bars of the fields, by ECharts; loaded by the wall only. */

import { BarChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, GridComponent, CanvasRenderer]);

export interface Row {
  name: string;
  fen: number;
  /** As the server says the amount. */
  said: string;
}

export interface Bars {
  resize(): void;
  dispose(): void;
}

export function bars(place: HTMLElement, rows: Row[], still: boolean): Bars {
  const chart = init(place);
  const draw = (): void => {
    const size = Math.max(14, Math.round(parseFloat(getComputedStyle(place).fontSize)));
    const font = getComputedStyle(place).fontFamily;
    const text = { color: "#fff", fontSize: size, fontFamily: font };
    chart.setOption(
      {
        animation: !still,
        animationDuration: 900,
        grid: { left: 0, right: size * 9.5, top: size, bottom: 0 },
        xAxis: { type: "value", show: false, max: "dataMax" },
        yAxis: {
          type: "category",
          inverse: true,
          data: rows.map((row) => row.name),
          axisLine: { show: false },
          axisTick: { show: false },
          axisLabel: { show: false },
        },
        series: [
          {
            type: "bar",
            silent: true,
            barWidth: "38%",
            barMinHeight: 3,
            itemStyle: { color: "#ffc46b" },
            data: rows.map((row) => row.fen),
            label: { show: true, position: "right", ...text, fontWeight: 700, formatter: (at: { dataIndex: number }) => rows[at.dataIndex]?.said ?? "" },
          },
          {
            // The names stand above their bars, so that long ones have the whole width.
            type: "bar",
            silent: true,
            barGap: "-100%",
            barWidth: "38%",
            itemStyle: { color: "transparent" },
            data: rows.map(() => 0),
            label: { show: true, position: ["0%", -size * 1.4], ...text, formatter: (at: { dataIndex: number }) => rows[at.dataIndex]?.name ?? "" },
          },
        ],
      },
      true,
    );
  };
  draw();
  return {
    resize(): void {
      chart.resize();
      draw();
    },
    dispose: () => chart.dispose(),
  };
}
