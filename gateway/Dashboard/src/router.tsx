import { createBrowserRouter, Navigate } from 'react-router';
import { Shell } from './layout/Shell';
import { BASE } from './layout/places';
import { BrokenPage, UnknownPage } from './pages/BrokenPage';
import { OverviewPage } from './pages/OverviewPage';
import { SignInPage } from './pages/SignInPage';

export const router = createBrowserRouter([
  { path: '/dashboard/sign-in', element: <SignInPage /> },
  {
    element: <Shell />,
    errorElement: <BrokenPage />,
    children: [
      { path: '/dashboard', element: <Navigate to={BASE} replace /> },
      { path: BASE, element: <OverviewPage /> },
      { path: '*', element: <UnknownPage /> },
    ],
  },
]);
