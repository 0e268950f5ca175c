using Bogus;
using Loadstone.Plans;

namespace Loadstone.LoadEngine;

/// <summary>People and places that do not exist, drawn by the user's own random numbers, so that a repeated run meets the same.</summary>
internal static class FakeData
{
    private const string Dates = "yyyy-MM-dd";

    // There is one for all users: making one takes milliseconds and most of a megabyte. Bogus itself locks on each draw.
    private static readonly Lock Gate = new();
    private static readonly UserRandom Source = new();
    private static readonly Faker Faker = new() { Random = new UserRandomizer(Source) };

    /// <summary>The text a call of one of the <c>fake.</c> functions stands for.</summary>
    public static Value.TextOf Of(TemplateExpression call) => call.Name switch
    {
        "fake.name" => Drawn(f => f.Name.FullName()),
        "fake.first_name" => Drawn(f => f.Name.FirstName()),
        "fake.last_name" => Drawn(f => f.Name.LastName()),
        "fake.user_name" => Drawn(f => f.Internet.UserName()),
        "fake.email" => Drawn(f => f.Internet.ExampleEmail()),
        "fake.phone" => Drawn(f => f.Phone.PhoneNumber("(2##) 555-01##")),
        "fake.street" => Drawn(f => f.Address.StreetAddress()),
        "fake.city" => Drawn(f => f.Address.City()),
        "fake.zip" => Drawn(f => f.Address.ZipCode()),
        "fake.country" => Drawn(f => f.Address.Country()),
        "fake.company" => Drawn(f => f.Company.CompanyName()),
        "fake.job" => Drawn(f => f.Name.JobTitle()),
        "fake.word" => Drawn(f => f.Lorem.Word()),
        "fake.sentence" => Drawn(f => f.Lorem.Sentence()),
        "fake.paragraph" => Drawn(f => f.Lorem.Paragraph()),
        "fake.date" => Date(call.Arguments!),
        _ => throw new PlanNotRunnableException($"the plan calls {call.Name}, which this worker does not know"),
    };

    private static Value.TextOf Drawn(Func<Faker, string> draw)
    {
        // The first draw reads the words from the assembly: better now than in the middle of a run.
        _ = DrawFor(null, draw);
        return user => DrawFor(user, draw);
    }

    private static string DrawFor(VirtualUser? user, Func<Faker, string> draw)
    {
        lock (Gate)
        {
            Source.User = user;
            return draw(Faker);
        }
    }

    private static Value.TextOf Date(IReadOnlyList<TemplateArgument> limits)
    {
        var from = limits.Count == 0 ? new DateOnly(2020, 1, 1) : DateOnly.ParseExact(limits[0].Text!, Dates);
        var to = limits.Count == 0 ? new DateOnly(2029, 12, 31) : DateOnly.ParseExact(limits[1].Text!, Dates);
        return user => DateOnly.FromDayNumber((int)user.Random.Between(from.DayNumber, to.DayNumber)).ToString(Dates);
    }

    private sealed class UserRandomizer : Randomizer
    {
        public UserRandomizer(Random source) => localSeed = source;
    }

    // Bogus asks for its random numbers here, and they come from whichever user is being served.
    private sealed class UserRandom : Random
    {
        private SplitMix _rehearsal = new(1);

        public VirtualUser? User { get; set; }

        public override int Next() => Next(0, int.MaxValue);

        public override int Next(int maxValue) => Next(0, maxValue);

        public override int Next(int minValue, int maxValue) =>
            maxValue <= minValue ? minValue : (int)Bits.Between(minValue, maxValue - 1L);

        public override double NextDouble() => Bits.Fraction();

        public override void NextBytes(byte[] buffer)
        {
            foreach (ref var b in buffer.AsSpan())
                b = (byte)Bits.Next();
        }

        protected override double Sample() => Bits.Fraction();

        private ref SplitMix Bits => ref User is null ? ref _rehearsal : ref User.Random;
    }
}
