import { createBrowserRouter, Navigate } from 'react-router';
import { Shell } from './layout/Shell';
import { BASE } from './layout/places';
import { AlertsPage } from './pages/AlertsPage';
import { BenchmarksPage } from './pages/BenchmarksPage';
import { BrokenPage, UnknownPage } from './pages/BrokenPage';
import { ComparePage } from './pages/ComparePage';
import { ConfigurationEditorPage } from './pages/ConfigurationEditorPage';
import { ConfigurationsPage } from './pages/ConfigurationsPage';
import { EnvironmentsPage } from './pages/EnvironmentsPage';
import { ExecutionPage } from './pages/ExecutionPage';
import { FilesPage } from './pages/FilesPage';
import { OverviewPage } from './pages/OverviewPage';
import { ResultsPage } from './pages/ResultsPage';
import { ScenarioEditorPage } from './pages/ScenarioEditorPage';
import { ScenariosPage } from './pages/ScenariosPage';
import { SchedulesPage } from './pages/SchedulesPage';
import { SignInPage } from './pages/SignInPage';
import { TrendsPage } from './pages/TrendsPage';
import { UsersPage } from './pages/UsersPage';

/** Every address, with its page. */
export const router = createBrowserRouter([
  { path: '/dashboard/sign-in', element: <SignInPage /> },
  {
    element: <Shell />,
    errorElement: <BrokenPage />,
    children: [
      { path: '/dashboard', element: <Navigate to={BASE} replace /> },
      { path: BASE, element: <OverviewPage /> },
      { path: `${BASE}/configurations`, element: <ConfigurationsPage /> },
      { path: `${BASE}/configurations/new`, element: <ConfigurationEditorPage /> },
      { path: `${BASE}/configurations/:id`, element: <ConfigurationEditorPage /> },
      { path: `${BASE}/results`, element: <ResultsPage /> },
      { path: `${BASE}/executions/:id`, element: <ExecutionPage /> },
      { path: `${BASE}/compare`, element: <ComparePage /> },
      { path: `${BASE}/trends`, element: <TrendsPage /> },
      { path: '/admin/performance', element: <TrendsPage /> },
      { path: `${BASE}/benchmarks`, element: <BenchmarksPage /> },
      { path: `${BASE}/alerts`, element: <AlertsPage /> },
      { path: `${BASE}/scenarios`, element: <ScenariosPage /> },
      { path: `${BASE}/scenarios/new`, element: <ScenarioEditorPage /> },
      { path: `${BASE}/scenarios/:id`, element: <ScenarioEditorPage /> },
      { path: `${BASE}/schedules`, element: <SchedulesPage /> },
      { path: `${BASE}/environments`, element: <EnvironmentsPage /> },
      { path: `${BASE}/files`, element: <FilesPage /> },
      { path: `${BASE}/users`, element: <UsersPage /> },
      { path: '*', element: <UnknownPage /> },
    ],
  },
]);
