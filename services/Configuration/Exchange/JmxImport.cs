using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace Loadstone.Configuration.Exchange;

/// <summary>
/// A plan of JMeter as a configuration: each thread group a scenario with its own users, its samplers steps. What stands in a
/// hash tree applies to all that stands beside and below it, as in JMeter; what is not understood is named.
/// </summary>
internal static class JmxImport
{
    private const int Deepest = 64;

    public static void Read(string text, Import import)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 20_000_000 };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            while (reader.Read())
            {
                if (reader.Depth > Deepest)
                    throw new XmlException("it is nested too deep", null, ((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition);
            }

            using var again = XmlReader.Create(new StringReader(text), settings);
            Read(XDocument.Load(again), import);
        }
        catch (XmlException e)
        {
            import.Errors.Add("content", $"is not XML that is read here{(e.LineNumber > 0 ? $", line {e.LineNumber}, column {e.LinePosition}" : "")}: {Import.Short(e.Message, 300)}");
        }
    }

    private static void Read(XDocument document, Import import)
    {
        if (document.Root is not { Name.LocalName: "jmeterTestPlan" } root || root.Element("hashTree") is not { } tree)
        {
            import.Errors.Add("content", "is no plan of JMeter: it must be a jmeterTestPlan with a hashTree");
            return;
        }

        var groups = new List<JmxThreads>();
        ReadPlan(tree, JmxScope.Empty, groups, import);
        AddLoad(groups, import);
    }

    // What stands above the thread groups holds for all of them.
    private static void ReadPlan(XElement tree, JmxScope above, List<JmxThreads> groups, Import import)
    {
        var scope = above.With(tree, import);
        foreach (var (element, held) in JmxScope.Children(tree, import))
        {
            if (element.Name.LocalName == "TestPlan")
                ReadPlan(held, scope.WithVariables(element), groups, import);
            else if (element.Name.LocalName == "ThreadGroup")
                groups.Add(JmxThreads.Of(element, held, scope, import));
            else if (!JmxScope.IsConfiguration(element))
                import.Warn($"The {element.Name.LocalName} {JmxScope.NameOf(element, import)} is not understood and left out");
        }
    }

    private static void AddLoad(List<JmxThreads> groups, Import import)
    {
        var used = groups.Where(g => g.Steps.Count > 0).ToList();
        foreach (var empty in groups.Except(used))
            import.Warn($"The thread group {import.Text(empty.Name)} has no request that is taken over");
        if (used.Count == 0)
            return;
        for (var i = 0; i < used.Count; i++)
        {
            if (used.Take(i).Any(g => g.Name == used[i].Name))
                used[i] = used[i] with { Name = $"{Import.Short(used[i].Name, 190)} ({i + 1})" };
            import.AddScenario(used[i].Name, used[i].Steps);
        }

        var users = used.Sum(g => g.Users);
        import.Plan["max_virtual_users"] = Math.Clamp(users, 1, 100_000);
        if (used.Count > 1 && users <= 100_000)
            import.Plan["scenario_config"] = new JsonObject { ["think_time"] = 0, ["users"] = new JsonObject(used.Select(g => KeyValuePair.Create(g.Name, (JsonNode?)g.Users))) };
        else
            import.Plan["scenario_config"] = new JsonObject { ["think_time"] = 0 };
        foreach (var (name, value) in PatternOf(used, import))
            import.Plan[name] = value;
    }

    private static IEnumerable<(string Name, JsonNode Value)> PatternOf(List<JmxThreads> groups, Import import)
    {
        var longest = groups.MaxBy(g => g.DurationSeconds)!;
        if (groups.Count > 1 && groups.Any(g => g.DurationSeconds != longest.DurationSeconds || g.RampSeconds != longest.RampSeconds || g.Loops != longest.Loops))
            import.Warn($"The thread groups differ in ramps, durations or loops: those of {import.Text(longest.Name)} are taken for all");
        if (longest.DurationSeconds > 0)
        {
            var ramp = Math.Min(longest.RampSeconds, longest.DurationSeconds);
            yield return ("duration", $"{longest.DurationSeconds}s");
            yield return ("load_pattern", new JsonObject { ["type"] = "constant", ["ramp_up"] = $"{ramp}s" });
        }
        else if (longest.Loops > 0)
        {
            if (longest.RampSeconds > 1)
                import.Warn($"The ramp-up of {longest.RampSeconds} s left out: a fixed number of iterations has none");
            yield return ("load_pattern", new JsonObject { ["type"] = "per_user_iterations", ["iterations"] = longest.Loops });
            yield return ("duration", "120m");
        }
        else
        {
            import.Warn("The thread group runs for ever: ten minutes are taken");
            yield return ("duration", "10m");
            yield return ("load_pattern", new JsonObject { ["type"] = "constant", ["ramp_up"] = $"{Math.Min(longest.RampSeconds, 300)}s" });
        }
    }
}

/// <summary>A thread group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Users">Its threads.</param>
/// <param name="RampSeconds">How long they take to begin.</param>
/// <param name="DurationSeconds">How long it lasts; 0 when its loops say.</param>
/// <param name="Loops">How often each does the steps; below 1 for ever.</param>
/// <param name="Steps">The steps.</param>
internal sealed record JmxThreads(string Name, int Users, int RampSeconds, int DurationSeconds, int Loops, JsonArray Steps)
{
    public static JmxThreads Of(XElement group, XElement held, JmxScope scope, Import import)
    {
        var name = JmxScope.Property(group, "testname") is { Length: > 0 } given ? given : "threads";
        int Number(string property, int absent, int min, int max)
        {
            var text = JmxScope.Property(group, property);
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return Math.Clamp(number, min, max);
            if (text is { Length: > 0 })
                import.Warn($"{property} of {import.Text(name)} is no plain number: {absent} is taken");
            return absent;
        }

        var isTimed = JmxScope.Property(group, "ThreadGroup.scheduler") == "true";
        var steps = new JmxSteps(scope, import).Of(held);
        return new JmxThreads(Import.Short(name, 200), Number("ThreadGroup.num_threads", 1, 1, 100_000), Number("ThreadGroup.ramp_time", 0, 0, 7200),
            isTimed ? Number("ThreadGroup.duration", 60, 1, 7200) : 0, Number("LoopController.loops", 1, -1, 1_000_000_000), steps);
    }
}
