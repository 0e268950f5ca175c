namespace Loadstone.SampleTarget;

/// <summary>The table of contents: who meets a request first, and which file answers which routes.</summary>
internal static class Target
{
    public static WebApplication Build(Settings settings)
    {
        var counts = new Counts();
        var knobs = new Knobs(settings.Seed);
        var carts = new Carts();
        var weddings = new Weddings();
        var guests = new Guests();
        var appointments = new Appointments();

        var app = Server.Create(settings.Urls, counts);
        app.Lifetime.ApplicationStopped.Register(knobs.Dispose);
        app.UseWhen(Sockets.MayBeOne, sockets => sockets.UseWebSockets());
        app.Use(next => new FrontDoor(next, counts, knobs).EnterAsync);
        app.MapControls(counts, knobs, clearState: [carts.Clear, weddings.Clear, guests.Clear, appointments.Clear]);
        app.MapMetrics(counts);

        var counted = app.MapGroup("").CountedBy(counts);
        counted.MapPlain();
        counted.MapEcho(counts);
        counted.MapChat(counts);
        counted.MapSignIn();
        counted.MapDashboard();
        counted.MapForms();
        counted.MapShop();
        carts.Map(counted);
        counted.MapPayments();
        weddings.Map(counted);
        guests.Map(counted);
        counted.MapSuppliers();
        counted.MapServices();
        appointments.Map(counted);
        counted.MapGallery();
        counted.MapNotifications();
        counted.MapMessages();
        counted.MapReports();
        new Uploads(counts).Map(counted);
        return app;
    }
}
