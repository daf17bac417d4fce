import type { Locale } from '../shared/window-contract';

/** Words of the menu and the dialogs. The page has its own message files. */
const english = {
  chooseModels: 'Add models',
  chooseDataset: 'Open an image folder',
  openWorkspace: 'Open workspace',
  newWorkspace: 'New workspace',
  file: 'File',
  edit: 'Edit',
  view: 'View',
  go: 'Go',
  help: 'Help',
  openSample: 'Open the sample',
  addModel: 'Add a model…',
  openDataset: 'Open an ImageNet folder…',
  openWorkspaceItem: 'Open workspace…',
  newWorkspaceItem: 'New workspace…',
  quit: 'Quit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  back: 'Back',
  forward: 'Forward',
  toggleLeft: 'Workspace panel',
  toggleRight: 'Inspector',
  toggleJobs: 'Jobs',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  zoomReset: 'Actual size',
  fullScreen: 'Full screen',
  about: 'About BitLog2 Workbench',
};

export type Labels = Readonly<typeof english>;

const korean: Labels = {
  chooseModels: '모델 추가',
  chooseDataset: '이미지 폴더 열기',
  openWorkspace: '작업 공간 열기',
  newWorkspace: '새 작업 공간',
  file: '파일',
  edit: '편집',
  view: '보기',
  go: '이동',
  help: '도움말',
  openSample: '예제 열기',
  addModel: '모델 추가…',
  openDataset: 'ImageNet 폴더 열기…',
  openWorkspaceItem: '작업 공간 열기…',
  newWorkspaceItem: '새 작업 공간…',
  quit: '종료',
  undo: '실행 취소',
  redo: '다시 실행',
  cut: '잘라내기',
  copy: '복사',
  paste: '붙여넣기',
  selectAll: '모두 선택',
  back: '뒤로',
  forward: '앞으로',
  toggleLeft: '작업 공간 패널',
  toggleRight: '속성 패널',
  toggleJobs: '작업 목록',
  zoomIn: '확대',
  zoomOut: '축소',
  zoomReset: '실제 크기',
  fullScreen: '전체 화면',
  about: 'BitLog2 Workbench 정보',
};

const tables: Readonly<Record<Locale, Labels>> = { en: english, ko: korean };

export function labels(locale: Locale): Labels {
  return tables[locale];
}
