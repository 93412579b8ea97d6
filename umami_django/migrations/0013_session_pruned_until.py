from django.db import migrations

import umami_django.models.fields


class Migration(migrations.Migration):

    dependencies = [
        ('umami_django', '0012_path_and_event_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='pruned_until',
            field=umami_django.models.fields.MicrosField(blank=True, help_text='The time of the last pageview that was pruned: summaries know from it who was seen before.', null=True, verbose_name='pruned until'),
        ),
    ]
